export { type ConnectOptions, connectWebSocket } from './connect.js'
export {
  type HttpServerLike,
  type Listening,
  listenWebSocket,
  type WebSocketListenerOptions,
  type WebSocketPort,
  type WebSocketServerLike,
  type WebSocketServerSource,
} from './listener.js'
export type { TlsOptions, WebSocketLike } from './web-socket-like.js'
export { type WebSocketLinkOptions, webSocketLink } from './websocket-link.js'
