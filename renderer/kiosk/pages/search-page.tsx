import { useLayoutEffect, useRef, useState } from 'react'
import type { ServiceItem } from '../../../sync/protocol/service-item.ts'
import { Button, Notice } from '../../ui/components.tsx'
import { Sign } from '../../ui/icons.tsx'
import { say } from '../../ui/strings/say.ts'
import { PinyinKeyboard } from '../keyboard/pinyin-keyboard.tsx'
import { type FieldEditor, useField } from '../keyboard/use-field.ts'
import type { Find } from '../live-view.ts'
import type { Badge } from '../shell/badge.ts'
import { Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'
import { ItemCard } from './item-card.tsx'
import { useRoom } from './use-room.ts'
import { type Found, useSearch } from './use-search.ts'

interface SearchPageProps {
  readonly items: readonly ServiceItem[]
  /** What was typed before an item was looked at. */
  readonly query: string
  readonly find: Find | null
  readonly badgeOf: (item: ServiceItem) => Badge | null
  readonly onChoose: (item: ServiceItem, query: string) => void
  readonly onStaff: () => void
}

const BOX = { id: 'search', type: 'text' } as const

/**
 * Finds an item by whatever is typed: letters are searched as they come, before they become characters. What was typed
 * lives in the page only and goes with the visit.
 */
export function SearchPage({ items, query, find, badgeOf, onChoose, onStaff }: SearchPageProps) {
  const [text, setText] = useState(query)
  const [isTyping, setIsTyping] = useState(query === '')
  const editor = useField(BOX, text, setText)
  const asked = `${text}${editor.pinyin.buffer}`.trim()
  const found = useSearch(asked, items, find)
  return (
    <Page
      testId="search-page"
      className="search"
      question={say('search.question')}
      read={
        <SearchBox
          text={text}
          editor={editor}
          isTyping={isTyping}
          onText={setText}
          onActivate={() => setIsTyping(true)}
        />
      }
      tray={
        isTyping ? (
          <PinyinKeyboard
            pinyin={editor.pinyin}
            onText={editor.insert}
            onErase={editor.erase}
            onDone={() => {
              editor.flush()
              setIsTyping(false)
            }}
          />
        ) : undefined
      }
    >
      {asked === '' ? (
        <Notice kind="information" heading={say('search.hint')}>
          {say('search.examples')}
        </Notice>
      ) : found === null ? (
        <Waiting text={say('search.waiting')} />
      ) : found.items.length === 0 ? (
        <NothingFound onStaff={onStaff} />
      ) : (
        <Results
          key={found.query}
          found={found}
          isTyping={isTyping}
          badgeOf={badgeOf}
          onChoose={(item) => onChoose(item, asked)}
        />
      )}
    </Page>
  )
}

interface SearchBoxProps {
  readonly text: string
  readonly editor: FieldEditor
  readonly isTyping: boolean
  readonly onText: (text: string) => void
  readonly onActivate: () => void
}

function SearchBox({ text, editor, isTyping, onText, onActivate }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (isTyping) input.current?.focus({ preventScroll: true })
  }, [isTyping])
  return (
    <div className="search-box">
      <Sign name="search" />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: only gives its touches to the input inside */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys reach the input by themselves */}
      <div
        className={`box ${isTyping ? 'is-active' : ''}`}
        onClick={() => {
          onActivate()
          input.current?.focus({ preventScroll: true })
        }}
      >
        <input
          ref={input}
          data-input={BOX.id}
          data-testid="search-box"
          aria-label={say('search.question')}
          // As wide as what is in it, so that letters that wait for their character follow.
          style={{ width: `calc(${[...text].length}em + 4px)` }}
          value={text}
          inputMode="none"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => {
            if (editor.hardKey(event)) event.preventDefault()
          }}
        />
        <span className="search-letters">{editor.pinyin.buffer}</span>
      </div>
      <Button
        isOff={text === '' && editor.pinyin.buffer === ''}
        testId="search-clear"
        onPress={() => {
          editor.pinyin.clear()
          onText('')
          onActivate()
        }}
      >
        {say('keyboard.clear')}
      </Button>
    </div>
  )
}

function NothingFound({ onStaff }: { readonly onStaff: () => void }) {
  return (
    <div className="search-nothing" data-testid="search-nothing">
      <Notice kind="trouble" sign="alert" heading={say('search.nothing')}>
        {say('search.nothing-line')}
      </Notice>
      <Button sign="staff" look="staff" className="tall" onPress={onStaff} testId="search-staff">
        {say('search.ask-staff')}
      </Button>
    </div>
  )
}

interface ResultsProps {
  readonly found: Found
  readonly isTyping: boolean
  readonly badgeOf: (item: ServiceItem) => Badge | null
  readonly onChoose: (item: ServiceItem) => void
}

/** As many as there is room for; the rest by 下一页, never by dragging. */
function Results({ found, isTyping, badgeOf, onChoose }: ResultsProps) {
  const [first, setFirst] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const room = useRoom(list, `${found.query} ${isTyping} ${found.items.length}`)
  const from = first - (first % room)
  return (
    <>
      <div className="section-row">
        <h2 className="section" role="status">
          {say('search.found', { count: found.items.length })}
        </h2>
        {found.items.length > room ? (
          <div className="search-pages">
            <Button isOff={from === 0} onPress={() => setFirst(from - room)} testId="search-previous">
              {say('home.previous-page')}
            </Button>
            <Button
              isOff={from + room >= found.items.length}
              onPress={() => setFirst(from + room)}
              testId="search-next"
            >
              {say('home.next-page')}
            </Button>
          </div>
        ) : null}
      </div>
      <div className="items search-items" ref={list} data-query={found.query} data-testid="search-items">
        {found.items.slice(from, from + room).map((item) => (
          <ItemCard key={item.id} item={item} badge={badgeOf(item)} onChoose={() => onChoose(item)} />
        ))}
      </div>
    </>
  )
}
