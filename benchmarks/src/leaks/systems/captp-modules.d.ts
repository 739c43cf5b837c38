/** Modules without types of their own that work here: what is used of them is said where they are loaded. */
declare module 'ses/assert-shim.js'
declare module '@endo/eventual-send/shim.js'
declare module '@endo/captp'
