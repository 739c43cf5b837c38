// What the browser's part makes of a platform that shows nothing of its collector.
import { forcedCollection, watchCollections } from '../../../dist/garbage-collection/browser-collections.js'

let told = 0
const stop = watchCollections(() => told++)
stop()
process.stdout.write(JSON.stringify({ collect: forcedCollection(), told }))
