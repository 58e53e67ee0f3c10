/**
 * `npm run rules`: checks every import of every TypeScript file against import-table.ts, and that no files import each
 * other in a circle. Fails when it could not read every file that git lists, because a check that reads nothing
 * passes everything.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Circle, type FileEdge, findCircles, readImports, resolveImport } from './import-graph.ts'
import { judge, roomOf, type Violation, violation } from './import-table.ts'

const CHECKOUT = join(import.meta.dirname, '../..')

/** What the check saw. `listed` counts what git lists, `read` what was read and parsed; ok only when both agree. */
export type RulesReport = { ok: boolean; listed: number; read: number; imports: number; violations: Violation[] }

/** Tracked files, and new ones that are not ignored: a violation is seen before it is committed. */
function listFiles(root: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx']
  const out = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return [...new Set(out.split('\0').filter((file) => file !== ''))].sort()
}

function circleViolation(circle: Circle): Violation {
  const [first] = circle.edges
  if (first === undefined) throw new Error('a circle without an arrow')
  const way = circle.edges.map((edge) => `${edge.to} (${edge.from}:${edge.line})`).join(' -> ')
  const because = circle.typeOnly
    ? `these files know each other in a circle through type imports; move the type to a file of its own: ${way}`
    : `these files import each other in a circle: ${way}`
  return violation(first.from, first.line, roomOf(first.from) ?? first.from, first.to, because)
}

/** Checks the git checkout at `root`. Throws when `root` is no git checkout. */
export function checkCheckout(root: string): RulesReport {
  const files = listFiles(root)
  const listed = new Set(files)
  const violations: Violation[] = []
  const edges: FileEdge[] = []
  let read = 0
  let imports = 0
  for (const file of files) {
    const room = roomOf(file)
    if (room === undefined) {
      const because = 'the file lies outside every room of the design (section 3)'
      violations.push(violation(file, 1, 'no room', file, because))
    }
    let text: string
    try {
      text = readFileSync(join(root, file), 'utf8')
    } catch (error) {
      const why = `git lists it but it could not be read (${String(error)})`
      violations.push(violation(file, 1, room ?? 'no room', file, why))
      continue
    }
    const result = readImports(file, text)
    if (!result.ok) {
      const why = `it could not be parsed, so it is not checked (${result.detail})`
      violations.push(violation(file, result.line, room ?? 'no room', file, why))
      continue
    }
    read += 1
    imports += result.imports.length
    for (const found of result.imports) {
      const broken = judge(file, found, listed)
      if (broken !== undefined) violations.push(broken)
      const to = found.specifier === undefined ? undefined : resolveImport(file, found.specifier, listed)
      if (to !== undefined && listed.has(to)) edges.push({ from: file, to, kind: found.kind, line: found.line })
    }
  }
  violations.push(...findCircles(edges).map(circleViolation))
  const complete = files.length > 0 && read === files.length
  return { ok: complete && violations.length === 0, listed: files.length, read, imports, violations }
}

const HELP = `Usage: npm run rules -- [--json] [--root DIR]
Checks who imports whom (test/checks/import-table.ts) in every .ts and .tsx file that git lists or that is new.
  --json      one JSON object as the last line: {ok, listed, read, imports, violations: [{file, line, from, to, because, sentence}]}
  --root DIR  the git checkout to check (default: this one)
Exit code 1 when a rule is broken, files form a circle, or a file could not be read.`

function main(): void {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, root: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  const report = checkCheckout(values.root ?? CHECKOUT)
  for (const each of report.violations) console.log(each.sentence)
  const { listed, read, imports, violations } = report
  if (listed === 0) console.log('git lists no TypeScript file here: nothing was checked, which is not a pass')
  console.log(`import rules: ${read} of ${listed} files read, ${imports} imports, ${violations.length} violations`)
  if (values.json) console.log(JSON.stringify(report))
  process.exitCode = report.ok ? 0 : 1
}

if (import.meta.main) main()
