import { useLayoutEffect, useRef } from 'react'
import type { Field } from '../../../sync/protocol/service-item.ts'

/** Texts of more glyphs than this get several lines. */
export const LONG_GLYPHS = 100

interface LongTextProps {
  readonly field: Pick<Field, 'id'>
  /** Read out: what is to be written. */
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onActivate?: (() => void) | undefined
  /** A key of a hardware keyboard; true when it was taken as pinyin. */
  readonly onHardKey: (event: React.KeyboardEvent<HTMLTextAreaElement>) => boolean
}

/**
 * A few sentences. One line as data, however it is broken on the screen: no line breaks. The last line written stays in
 * sight without anybody scrolling.
 */
export function LongText({ field, label, value, onChange, onActivate, onHardKey }: LongTextProps) {
  const area = useRef<HTMLTextAreaElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was written moves the lines
  useLayoutEffect(() => {
    area.current?.scrollTo({ top: area.current.scrollHeight })
  }, [value])
  return (
    <textarea
      ref={area}
      className="box long-text is-active"
      inputMode="none"
      autoComplete="off"
      spellCheck={false}
      aria-label={label}
      data-testid={`field-${field.id}`}
      data-input={field.id}
      value={value}
      onFocus={onActivate}
      onClick={onActivate}
      onChange={(event) => onChange(event.target.value.replace(/\p{C}/gu, ''))}
      onKeyDown={(event) => {
        if (onHardKey(event)) event.preventDefault()
      }}
    />
  )
}
