import type { BindingMoment, BindingReads, BindingRow, BindingWrites } from './binding-store.ts'
import type { MemoryTables } from './memory-tables.ts'

/** Standing bindings in the memory store; `own` sees what the running transaction wrote. */
export function memoryBindingReads(tables: MemoryTables, own: boolean): BindingReads {
  const holding = ({ at, day }: BindingMoment) =>
    [...tables.bindings.entries(own)]
      .map(([, row]) => row)
      .filter(({ since, until, withdrawnAt }) => since <= at && until >= day && !((withdrawnAt ?? '~') <= at))
      .sort((a, b) => b.since.localeCompare(a.since) || a.bindingId.localeCompare(b.bindingId))
  return {
    async bindingsOf({ side, person, ...moment }, limit) {
      return holding(moment)
        .filter((row) => row[side] === person)
        .slice(0, limit)
    },
    async bindingsBetween({ agent, principal, ...moment }) {
      return holding(moment).filter((row) => row.agent === agent && row.principal === principal)
    },
    async bindingById(bindingId) {
      return tables.bindings.get(bindingId, own)
    },
    async envelopeOf(submissionId) {
      return tables.submissions.get(String(tables.byId.get(submissionId, own)?.[0]), own)?.envelope
    },
  }
}

export function memoryBindingWrites(
  tables: MemoryTables,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): BindingWrites {
  const ofTwo = (agent: string, principal: string): readonly BindingRow[] =>
    [...tables.bindings.entries(true)]
      .map(([, row]) => row)
      .filter((row) => row.agent === agent && row.principal === principal)
  return {
    keepBinding: (binding) =>
      inTurn(async () => {
        const { submissionId, since } = binding
        const before = ofTwo(binding.agent, binding.principal)
        if (before.some((row) => row.submissionId === submissionId)) return 'kept'
        if (before.some((row) => row.since > since || (row.withdrawnAt ?? '') > since)) return 'overtaken'
        for (const row of before) {
          if (row.withdrawnAt === null)
            tables.bindings.set(row.bindingId, { ...row, withdrawnAt: since, withdrawnBy: submissionId })
        }
        tables.bindings.set(binding.bindingId, { ...binding, withdrawnAt: null, withdrawnBy: null })
        return 'kept'
      }),
    endBinding: ({ bindingId, side, person, submissionId, at }) =>
      inTurn(async () => {
        const found = tables.bindings.get(bindingId, true)
        if (found?.[side] !== person) return undefined
        for (const row of ofTwo(found.agent, found.principal)) {
          if (row.since <= at && !((row.withdrawnAt ?? '~') <= at))
            tables.bindings.set(row.bindingId, { ...row, withdrawnAt: at, withdrawnBy: submissionId })
        }
        return { principal: found.principal }
      }),
  }
}
