/**
 * A table of the memory store: what is committed, and beside it what the running transaction wrote. Values are never
 * changed in place, so a copy of the map is a copy of the table.
 */
export class MemoryTable<V> {
  #committed = new Map<string, V>()
  /** Null: deleted by the running transaction. */
  #written = new Map<string, V | null>()
  /** What each change that was committed since the first mark replaced, oldest first. */
  #replaced: (readonly [string, V | undefined])[] | undefined

  /** As the running transaction sees it; `own` false: as everybody else does. */
  get(key: string, own: boolean): V | undefined {
    const written = own ? this.#written.get(key) : undefined
    if (written === null) return undefined
    return written ?? this.#committed.get(key)
  }

  set(key: string, value: V): void {
    this.#written.set(key, value)
  }

  delete(key: string): void {
    this.#written.set(key, null)
  }

  /** All pairs, those of the running transaction last. */
  *entries(own: boolean): Iterable<readonly [string, V]> {
    for (const [key, value] of this.#committed) {
      if (!own || !this.#written.has(key)) yield [key, value]
    }
    if (!own) return
    for (const [key, value] of this.#written) if (value !== null) yield [key, value]
  }

  commit(): void {
    if (this.#written.size === 0) return
    for (const [key, value] of this.#written) {
      this.#replaced?.push([key, this.#committed.get(key)])
      if (value === null) this.#committed.delete(key)
      else this.#committed.set(key, value)
    }
    this.#written.clear()
  }

  rollBack(): void {
    this.#written.clear()
  }

  copy(): ReadonlyMap<string, V> {
    return new Map(this.#committed)
  }

  putBack(copy: ReadonlyMap<string, unknown>): void {
    this.#written.clear()
    this.#committed = new Map(copy) as Map<string, V>
    this.#replaced = undefined
  }

  /** Marks what is committed now, without a copy. */
  mark(): number {
    this.#replaced ??= []
    return this.#replaced.length
  }

  /** Takes back all that was committed since a mark. Later marks are good no more, nor is any after `putBack`. */
  goBack(mark: number): void {
    const replaced = this.#replaced
    if (replaced === undefined || mark > replaced.length) throw new RangeError('memory table: no such mark')
    this.#written.clear()
    for (const [key, value] of replaced.splice(mark).reverse()) {
      if (value === undefined) this.#committed.delete(key)
      else this.#committed.set(key, value)
    }
  }
}
