import fc from 'fast-check'

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) })

/** Whatever structured clone takes, except errors. */
export const structuredValues: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; leaf: unknown; key: string }>(
  (tie) => ({
    leaf: fc.oneof(
      fc.string({ unit: 'binary' }),
      anyText,
      fc.double(),
      fc.maxSafeInteger(),
      fc.bigInt(),
      fc.boolean(),
      fc.constantFrom(undefined, null, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom(/a[b/]c/giu, /</, new RegExp('', 'y')),
      fc.uint8Array(),
      fc.float64Array(),
      fc.bigInt64Array(),
      fc.uint8Array().map((bytes) => bytes.slice().buffer),
    ),
    key: fc.oneof(
      anyText.filter((key) => key !== '__proto__'),
      fc.constantFrom('constructor', 'toString', 'then', 'hasOwnProperty', '0', '', 'length'),
    ),
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.sparseArray(tie('value'), { maxNumElements: 5 }),
      fc.dictionary(tie('key'), tie('value'), { noNullPrototype: false, maxKeys: 5 }),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
    ),
  }),
).value
