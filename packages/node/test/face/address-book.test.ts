import { expect, it } from 'vitest'
import { AddressBook } from '../../src/face/address-book.js'

const url = (number: number): string => `ws://127.0.0.1:${number}/${number}`

it('leaves out where this node was not admitted, until the program wants it tried again', () => {
  const book = new AddressBook()
  book.shut(url(1))
  expect(book.openOnes([url(1), url(2), url(2)])).toEqual([url(2)])
  book.open(url(1))
  expect(book.openOnes([url(1), url(2)])).toEqual([url(1), url(2)])
})

it('remembers a bounded number of those, the latest', () => {
  const book = new AddressBook()
  const urls = Array.from({ length: 10_000 }, (_, number) => url(number))
  for (const each of urls) book.shut(each)
  const open = book.openOnes(urls)
  expect(open).toEqual(urls.slice(0, open.length))
  expect(urls.length - open.length).toBe(4096)
})
