import { type Column, firstAtLeast } from '@holdfast/core'

/** Calls back for each of `mine` with its place in `theirs` or -1; both ascend. O(mine), and a logarithm of the gaps in `theirs`. */
export function joinAscending(mine: Column, theirs: Column, visit: (mine: number, theirs: number) => void): void {
  let other = 0
  for (let index = 0; index < mine.length; index++) {
    other = firstAtLeast(theirs, other, mine[index])
    visit(index, other < theirs.length && theirs[other] === mine[index] ? other : -1)
  }
}
