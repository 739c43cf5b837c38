import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** A source file as an editor sees it. */
export class QuickInfo {
  readonly #service: ts.LanguageService
  readonly #file: string

  /** @param url of a file under `test/` */
  constructor(url: URL) {
    this.#file = fileURLToPath(url)
    const config = fileURLToPath(new URL('../tsconfig.json', import.meta.url))
    const parsed = ts.getParsedCommandLineOfConfigFile(
      config,
      {},
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => fail(diagnostic) },
    )
    const snapshot = (name: string): ts.IScriptSnapshot | undefined => {
      const text = ts.sys.readFile(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    }
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => parsed?.options ?? {},
      getScriptFileNames: () => [this.#file],
      getScriptVersion: () => '1',
      getScriptSnapshot: snapshot,
      getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (name) => ts.sys.fileExists(name),
      readFile: (name) => ts.sys.readFile(name),
      directoryExists: (name) => ts.sys.directoryExists(name),
    })
  }

  /** What the compiler complains about. */
  get complaints(): string[] {
    return this.#service
      .getSemanticDiagnostics(this.#file)
      .map((found) => `${this.#lineAt(found.start ?? 0)}: ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`)
  }

  /** What hovering over the last word of a piece of the source shows, where it occurs first. */
  of(code: string): string {
    const at = this.#source.text.indexOf(code)
    if (at < 0) throw new Error(`${code} is not in ${this.#file}`)
    const word = /[\w$]+\W*$/.exec(code)?.index ?? 0
    return ts.displayPartsToString(this.#service.getQuickInfoAtPosition(this.#file, at + word)?.displayParts)
  }

  get #source(): ts.SourceFile {
    return this.#service.getProgram()?.getSourceFile(this.#file) ?? ts.createSourceFile(this.#file, '', 99)
  }

  #lineAt(position: number): number {
    return this.#source.getLineAndCharacterOfPosition(position).line + 1
  }
}

function fail(diagnostic: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
}
