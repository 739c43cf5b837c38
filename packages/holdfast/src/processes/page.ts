import { Managed } from '@holdfast/heap/managed'

/** What the processes share. */
export class Page extends Managed {
  text = ''
  read(): string {
    return this.text
  }
}
