import type { LeaseOptions } from '@holdfast/lease'

/**
 * The lease of worker threads. They share a process and its clock, so that a thread is silent for so long only if it is gone or
 * stuck in a turn; one that is has let go of everything after a minute.
 */
export const THREAD_LEASE: LeaseOptions = { term: 5000, drift: 0.01 }
