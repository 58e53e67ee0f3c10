import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react'
import type { Field } from '../../../sync/protocol/service-item.ts'
import { type Pinyin, usePinyin } from './use-pinyin.ts'

export interface FieldEditor {
  readonly pinyin: Pinyin
  readonly insert: (text: string) => void
  readonly erase: () => void
  /** Letters that became no character stay as letters. */
  readonly flush: () => void
  /** A key of a hardware keyboard; true when it was used here and must not type itself. */
  readonly hardKey: (event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => boolean
}

/** Writes at the caret of the field that is being filled in, for the keys on the screen and those on the desk. */
export function useField(
  field: Pick<Field, 'id' | 'type'> | undefined,
  value: string,
  onChange: (value: string) => void,
  /** A key that leads to another text does nothing. */
  fits: (next: string) => boolean = () => true,
): FieldEditor {
  const caret = useRef<number | null>(null)
  const latest = useRef(value)
  latest.current = value
  const input = () =>
    field === undefined ? null : document.querySelector<HTMLInputElement>(`[data-input="${field.id}"]`)
  const selection = (): readonly [number, number] => {
    const element = input()
    const end = latest.current.length
    return [element?.selectionStart ?? end, element?.selectionEnd ?? end]
  }
  const put = (next: string, at: number) => {
    caret.current = at
    latest.current = next
    onChange(next)
  }
  useLayoutEffect(() => {
    if (caret.current === null) return
    input()?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })
  const insert = (text: string) => {
    const [from, to] = selection()
    const next = latest.current.slice(0, from) + text + latest.current.slice(to)
    if (!fits(next)) return
    put(next, from + text.length)
  }
  const pinyin = usePinyin(insert)
  // Letters that wait for their character belong to the field they were typed in.
  const { clear } = pinyin
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another field empties the letters
  useEffect(() => clear(), [field?.id])
  const erase = () => {
    if (pinyin.erase()) return
    const [from, to] = selection()
    const before =
      from === to ? [...latest.current.slice(0, from)].slice(0, -1).join('') : latest.current.slice(0, from)
    put(before + latest.current.slice(to), before.length)
  }
  const flush = () => {
    if (pinyin.buffer !== '') insert(pinyin.buffer)
    pinyin.clear()
  }
  const hardKey = (event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.nativeEvent.isComposing) return false
    if (/^[a-z]$/.test(event.key) || (event.key === "'" && pinyin.buffer !== '')) {
      pinyin.type(event.key)
      return true
    }
    if (pinyin.buffer === '') return false
    if (event.key === ' ') pinyin.take(0)
    else if (/^[1-5]$/.test(event.key)) pinyin.take(Number(event.key) - 1)
    else if (event.key === 'Backspace') pinyin.erase()
    else if (event.key === 'Enter') flush()
    else if (event.key === 'Escape') pinyin.clear()
    else return false
    return true
  }
  return { pinyin, insert, erase, flush, hardKey }
}
