/** A collector whose every turn is taken down. Nobody sees more of it than of any other. */
import {
  Collector,
  type CollectorEffect,
  type CollectorEvent,
  type CollectorImage,
  type CollectorOptions,
} from '@holdfast/collector'
import type { Instant, Rules } from '@holdfast/core'
import { writeNumber } from './entry-format.js'
import { writeEvent } from './event-codec.js'
import type { OpenCalls } from './open-calls.js'
import type { Recorder } from './recorder.js'

export class RecordedCollector extends Collector {
  readonly #recorder: Recorder
  readonly #openCalls: OpenCalls
  #lastNow = 0

  constructor(options: CollectorOptions, recording: Recording, rules?: Rules) {
    super(options, rules)
    this.#recorder = recording.recorder
    this.#openCalls = recording.openCalls
  }

  /** The time of the last turn. */
  get lastNow(): number {
    return this.#lastNow
  }

  override restore(image: CollectorImage): void {
    super.restore(image)
    this.#lastNow = image.state.now
  }

  override step(event: CollectorEvent, now: Instant): readonly CollectorEffect[] {
    let effects: readonly CollectorEffect[]
    try {
      effects = super.step(event, now)
    } catch (error) {
      this.#recorder.forgetAnswers()
      throw error
    }
    this.#lastNow = now
    this.#openCalls.observe(event, effects)
    const writer = this.#recorder.writer()
    if (writer === null) return effects
    writeEvent(writer, event)
    writeNumber(writer, now)
    this.#recorder.writeAnswers(writer)
    return effects
  }
}

export interface Recording {
  readonly recorder: Recorder
  readonly openCalls: OpenCalls
}
