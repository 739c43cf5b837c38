/** Putting columns of ids in order, where they nearly are: ids are handed out in sequence and seldom far apart. */

/** Up to this many times as many ids as there are lie between the least and the greatest: then a table of them all is made. */
const SPARSE = 8

/**
 * The places of the first `count` ids (all different) in the order of the ids. O(count) where they ascend already or lie close
 * together, O(count log count) otherwise.
 */
export function placesInOrder(ids: Float64Array, count = ids.length): Uint32Array {
  const places = new Uint32Array(count)
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  let ascends = true
  for (let place = 0; place < count; place++) {
    const id = ids[place]
    places[place] = place
    if (id < greatest) ascends = false
    if (id < least) least = id
    if (id > greatest) greatest = id
  }
  if (ascends) return places
  if (greatest - least >= count * SPARSE) return places.sort((a, b) => ids[a] - ids[b])
  const placeOf = new Uint32Array(greatest - least + 1)
  for (let place = 0; place < count; place++) placeOf[ids[place] - least] = place + 1
  let found = 0
  for (let offset = 0; offset < placeOf.length; offset++) if (placeOf[offset] > 0) places[found++] = placeOf[offset] - 1
  return places
}
