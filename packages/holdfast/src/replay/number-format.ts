const format = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A whole number with thousands separators. */
export const number = (value: number): string => format.format(value)

/** A number of bytes in megabytes (10^6), to a tenth. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** A duration in ms, with a tenth where it matters. */
export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : number(ms)} ms`
