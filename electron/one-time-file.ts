import { z } from 'zod'
import { PrintFaultSchema } from '../drivers/document-printer/states.ts'
import { InstantSchema } from '../sync/protocol/ids.ts'
import { jsonOrUndefined, type SmallFiles } from './small-files.ts'

/** The lines of one-time prints on disk: appended, never changed, in files of a bounded size that are replaced whole. */

export const OneTimeIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const FaultSchema = z.enum([...PrintFaultSchema.options, 'interrupted'])
const sides = z.int().nonnegative()

export const OneTimeLineSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('begun'), id: OneTimeIdSchema, at: InstantSchema, pages: sides }),
  z.strictObject({ event: z.literal('printed'), id: OneTimeIdSchema, at: InstantSchema }),
  /** Surely no page came out. */
  z.strictObject({ event: z.literal('nothing'), id: OneTimeIdSchema, at: InstantSchema, fault: FaultSchema }),
  z.strictObject({
    ...{ event: z.literal('spoiled'), id: OneTimeIdSchema, at: InstantSchema, fault: FaultSchema },
    ...{ atLeast: sides, atMost: sides.nullable() },
  }),
])
export type OneTimeLine = z.infer<typeof OneTimeLineSchema>
export type OneTimeEnd = Exclude<OneTimeLine, { event: 'begun' }>

/** A file of this many lines is some 100 KB: a write of a millisecond, however many years of prints there are. */
export const LINES_A_FILE = 1_000

export interface OneTimeFile {
  /**
   * Resolves when the line is durable, or with what the disk said. An end is then kept and written with the next line; a
   * beginning is taken back, for then nothing is begun.
   */
  append(line: OneTimeLine): Promise<string | undefined>
}

export type OneTimeOpened =
  | { readonly ok: true; readonly lines: readonly OneTimeLine[]; readonly file: OneTimeFile }
  /** It was written whole, so its bytes changed where they lay, or a later program wrote it: a person must look. */
  | { readonly ok: false; readonly file: string }

const nameOf = (number: number) => `prints-${String(number).padStart(6, '0')}.jsonl`

/** Reads all files from the first on. Throws what reading throws. */
export async function openOneTimeFile(files: SmallFiles): Promise<OneTimeOpened> {
  const lines: OneTimeLine[] = []
  let number = 1
  let last: OneTimeLine[] = []
  for (; ; number++) {
    const text = await files.read(nameOf(number))
    if (text === undefined) break
    const read = linesOf(text)
    if (read === undefined) return { ok: false, file: files.place(nameOf(number)) }
    lines.push(...read)
    last = read
  }
  // The newest file goes on until it is full.
  if (number > 1) number--
  return { ok: true, lines, file: fileFrom(files, number, last) }
}

function linesOf(text: string): OneTimeLine[] | undefined {
  const read = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => OneTimeLineSchema.safeParse(jsonOrUndefined(line)))
  const good = read.flatMap((each) => (each.success ? [each.data] : []))
  return good.length === read.length ? good : undefined
}

function fileFrom(files: SmallFiles, first: number, held: readonly OneTimeLine[]): OneTimeFile {
  let number = first
  let lines = [...held]
  let written = lines.length
  /** Each write replaces the file, so one waits for the other. */
  let turn: Promise<unknown> = Promise.resolve()

  async function write(): Promise<string | undefined> {
    const now = lines.length
    try {
      await files.write(nameOf(number), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      return code ?? message
    }
    written = now
    return undefined
  }

  return {
    append(line) {
      const done = turn.then(async () => {
        if (written >= LINES_A_FILE && written === lines.length) {
          number++
          lines = []
          written = 0
        }
        lines.push(line)
        const failed = await write()
        if (failed !== undefined && line.event === 'begun') lines.pop()
        return failed
      })
      turn = done
      return done
    },
  }
}
