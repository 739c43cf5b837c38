/** A key of a map as it stands in a path: `['al']`, `[3]`. */
export const keyPath = (key: string | number): string =>
  typeof key === 'number' ? `[${key}]` : `['${key.replaceAll(/['\\]/g, String.raw`\$&`)}']`
