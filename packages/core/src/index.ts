export { assert, fail } from './assert.js'
export { ByteReader, ByteWriter, malformed } from './bytes.js'
export { ColumnTable, type ColumnTableImage } from './column-table.js'
export {
  type Column,
  readAscending,
  readDeltas,
  readRuns,
  writeAscending,
  writeDeltas,
  writeRuns,
} from './columns.js'
export { digestOf } from './digest.js'
export { type ErrorData, HoldfastError, InvariantError, LimitError, ProtocolError, UsageError } from './errors.js'
export { grownCapacity } from './growth.js'
export {
  type ExportId,
  exportId,
  type GiftId,
  giftId,
  type ImportId,
  type Incarnation,
  incarnation,
  type NodeId,
  nodeId,
  type ObjectKey,
  type Sequence,
} from './ids.js'
export { decodeMessage, encodeMessage, GIFT_KEY_BYTES, type MessageCodec, WIRE_CODEC } from './message/codec.js'
export type {
  AddRefEntry,
  AddRefMessage,
  AskReportMessage,
  BringOutYourDeadMessage,
  BrokenMessage,
  CallMessage,
  ClearWeakMessage,
  CollectMessage,
  DropRefMessage,
  GiftAckMessage,
  GiftKeyMessage,
  Message,
  PingMessage,
  PongMessage,
  ReconcileMessage,
  ReconcileOkMessage,
  ReleaseMessage,
  ReportMessage,
  ReturnMessage,
} from './message/message.js'
export {
  addressKey,
  type GiftLink,
  type NodeAddress,
  readAddress,
  TOKEN_BYTES,
  type WireReference,
  writeAddress,
} from './message/reference.js'
export { placesInOrder } from './order.js'
export { Random } from './random.js'
export { ALL_RULES, RULES, type Rule, type Rules } from './rules.js'
export { firstAtLeast } from './search.js'
export { type Keys, SlotIndex, type SlotIndexImage } from './slot-index.js'
export { after, type Duration, earlier, type Instant, instant } from './time.js'
