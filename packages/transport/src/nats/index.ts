export { type NatsNetworkOptions, natsNetwork } from './nats-network.js'
