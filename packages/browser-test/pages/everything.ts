/** A page that may use whatever there is. */
import * as everything from 'holdfast'
import './first-call.js'

Object.assign(globalThis, { everything })
