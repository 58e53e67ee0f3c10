import { useState } from 'react'
import { say } from '../../ui/strings/say.ts'
import { DeleteKey, Key, keepFocus } from './key.tsx'
import type { Pinyin } from './use-pinyin.ts'

const LETTER_ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'] as const
const DIGITS = '1234567890'

interface KeyboardProps {
  readonly pinyin: Pinyin
  readonly onText: (text: string) => void
  readonly onErase: () => void
  readonly onDone: () => void
  /** Which of its two sides lies up at first. */
  readonly startsWith?: 'letters' | 'digits'
}

export function PinyinKeyboard({ pinyin, onText, onErase, onDone, startsWith = 'letters' }: KeyboardProps) {
  const [isDigits, setIsDigits] = useState(startsWith === 'digits')
  const symbols = [...say('keyboard.symbols')]
  return (
    <div className="tray keyboard" data-testid="keyboard">
      <div className="candidates">
        <span className={`candidates-typed ${pinyin.buffer === '' ? 'is-hint' : ''}`}>
          {pinyin.buffer === '' ? say(isDigits ? 'keyboard.hint-digits' : 'keyboard.hint') : pinyin.buffer}
        </span>
        {pinyin.shown.map((character, place) => (
          <button
            type="button"
            key={character}
            className={`key candidate ${place === 0 ? 'is-first' : ''}`}
            data-testid={`cand-${place}`}
            data-repeats
            tabIndex={-1}
            onPointerDown={keepFocus}
            onClick={() => pinyin.take(place)}
          >
            {character}
          </button>
        ))}
        {pinyin.hasMore ? (
          <Key word={say('keyboard.more')} name="more" onPress={pinyin.more} className="key-word key-more" />
        ) : null}
      </div>
      {isDigits ? (
        <>
          <div className="key-row">
            {[...DIGITS].map((digit) => (
              <Key key={digit} word={digit} name={digit} onPress={() => onText(digit)} />
            ))}
          </div>
          <div className="key-row">
            {symbols.map((symbol) => (
              <Key key={symbol} word={symbol} name={symbol} onPress={() => onText(symbol)} />
            ))}
          </div>
        </>
      ) : (
        LETTER_ROWS.slice(0, 2).map((row) => (
          <div className="key-row" key={row}>
            {[...row].map((letter) => (
              <Key key={letter} word={letter} name={letter} onPress={() => pinyin.type(letter)} />
            ))}
          </div>
        ))
      )}
      <div className="key-row">
        {isDigits
          ? ['-', '#', '/', '.', '&'].map((symbol) => (
              <Key key={symbol} word={symbol} name={symbol} onPress={() => onText(symbol)} />
            ))
          : [...LETTER_ROWS[2]].map((letter) => (
              <Key key={letter} word={letter} name={letter} onPress={() => pinyin.type(letter)} />
            ))}
        <DeleteKey onPress={onErase} className="key-wide" />
      </div>
      <div className="key-row">
        <Key
          word={say(isDigits ? 'keyboard.letters' : 'keyboard.digits')}
          name="switch"
          onPress={() => setIsDigits(!isDigits)}
          className="key-word key-wide"
        />
        <Key
          word={say('keyboard.space')}
          name="space"
          onPress={() => {
            if (pinyin.buffer === '') onText(' ')
            else pinyin.take(0)
          }}
          className="key-word key-space"
        />
        <Key word={say('keyboard.done')} name="done" onPress={onDone} className="key-word key-wide key-primary" />
      </div>
    </div>
  )
}
