import { useState } from 'react'
import { RATING_LEVELS, RATING_MAX_GLYPHS, RATING_REASONS, type RatingLevel } from '../../../sync/protocol/feedback.ts'
import type { Field } from '../../../sync/protocol/service-item.ts'
import { BigChoice, Button, Notice } from '../../ui/components.tsx'
import type { Look } from '../../ui/look.ts'
import { say } from '../../ui/strings/say.ts'
import { Face } from '../drawings/faces.tsx'
import { LongText } from '../forms/long-text.tsx'
import { PinyinKeyboard } from '../keyboard/pinyin-keyboard.tsx'
import { useField } from '../keyboard/use-field.ts'
import type { RatingChange, RatingDraft } from '../machine/rating-draft.ts'
import { afterCheck } from '../machine/rating-steps.ts'
import { Broken, Page } from '../shell/page.tsx'
import { Waiting } from '../shell/waiting.tsx'

interface RatingPageProps {
  readonly rating: RatingDraft
  readonly stage: 'asking' | 'sending' | 'refused'
  readonly look: Look
  readonly onChange: (change: RatingChange) => void
  readonly onSend: () => void
  readonly onEnd: () => void
}

/** 好差评 (picture 10): voluntary, on the way out; not to rate is as large as any level. */
export function RatingPage(props: RatingPageProps) {
  const { rating, stage } = props
  if (stage === 'sending') {
    return (
      <Page testId="rate-sending" className="waiting-page">
        <Waiting text={say('rate.sending')} />
      </Page>
    )
  }
  if (stage === 'refused') return <Refused onEnd={props.onEnd} />
  if (rating.step === 'level' || rating.level === null) return <Levels {...props} />
  if (rating.step === 'check') return <Check {...props} level={rating.level} />
  return rating.step === 'reasons' ? <Reasons {...props} /> : <Words {...props} />
}

function Levels({ onChange, onEnd }: RatingPageProps) {
  return (
    <Page
      testId="rate-page"
      className="rate"
      question={<Broken text={say('rate.question')} />}
      hint={<Broken text={say('rate.hint')} />}
    >
      <div className="rate-levels">
        {RATING_LEVELS.map((level) => (
          <button
            type="button"
            className="choice rate-level"
            key={level}
            data-testid={`rate-${level}`}
            onClick={() => onChange({ level })}
          >
            <Face level={level} />
            <span className="choice-word">{say(`rate.level.${level}`)}</span>
          </button>
        ))}
        <button type="button" className="choice rate-level rate-skip" data-testid="rate-skip" onClick={onEnd}>
          <span className="choice-word">{say('rate.skip')}</span>
        </button>
      </div>
    </Page>
  )
}

function Check({ rating, level, onChange, onSend }: RatingPageProps & { readonly level: RatingLevel }) {
  const keep = () => (afterCheck(rating) === 'send' ? onSend() : onChange({ step: 'reasons' }))
  return (
    <Page
      testId="rate-check"
      className="rate"
      question={say('rate.said', { level: say(`rate.level.${level}`) })}
      actions={
        <>
          <Button className="tall" onPress={() => onChange({ step: 'level' })} testId="rate-change">
            {say('rate.change')}
          </Button>
          <Button look="primary" className="tall" onPress={keep} testId="rate-keep">
            {say('rate.keep')}
          </Button>
        </>
      }
    >
      <div className="rate-said">
        <Face level={level} />
      </div>
    </Page>
  )
}

/** Elder mode shows four answers at most (domain.md section 4). */
const ELDER_REASONS = 4

function Reasons({ rating, look, onChange, onSend }: RatingPageProps) {
  const perPage = look.mode === 'elder' ? ELDER_REASONS : RATING_REASONS.length
  const [page, setPage] = useState(0)
  const pages = Math.ceil(RATING_REASONS.length / perPage)
  const first = Math.min(page, pages - 1) * perPage
  return (
    <Page
      testId="rate-reasons"
      className="rate"
      question={say('rate.why')}
      hint={say('rate.why-hint')}
      actions={
        <>
          <div className="rate-actions">
            {pages > 1 ? (
              <Button onPress={() => setPage((page + 1) % pages)} testId="rate-more">
                {say(page + 1 < pages ? 'rate.more-reasons' : 'rate.first-reasons')}
              </Button>
            ) : null}
            <Button sign="pencil" onPress={() => onChange({ step: 'words' })} testId="rate-say">
              {say(rating.words === '' ? 'rate.say-more' : 'rate.words-again')}
            </Button>
          </div>
          <Button look="primary" className="tall" onPress={onSend} testId="rate-send">
            {say('rate.send')}
          </Button>
        </>
      }
    >
      <fieldset className="choices choices-big rate-reasons" aria-label={say('rate.why')}>
        {RATING_REASONS.slice(first, first + perPage).map((reason) => (
          <BigChoice
            key={reason}
            word={say(`rate.reason.${reason}`)}
            isChosen={rating.reasons.includes(reason)}
            onPress={() => onChange({ reason })}
            testId={`rate-reason-${reason}`}
          />
        ))}
      </fieldset>
    </Page>
  )
}

const WORDS: Field = {
  id: 'ratingWords',
  type: 'text',
  label: { zh: say('rate.words') },
  required: false,
  minGlyphs: 0,
  maxGlyphs: RATING_MAX_GLYPHS,
}

function Words({ rating, onChange }: RatingPageProps) {
  const write = (text: string) => onChange({ words: [...text].slice(0, RATING_MAX_GLYPHS).join('') })
  const editor = useField(WORDS, rating.words, write)
  const done = () => {
    editor.flush()
    onChange({ step: 'reasons' })
  }
  return (
    <Page
      testId="rate-words"
      className="rate"
      question={say('rate.words')}
      hint={say('rate.words-left', { count: RATING_MAX_GLYPHS - [...rating.words].length })}
      tray={<PinyinKeyboard pinyin={editor.pinyin} onText={editor.insert} onErase={editor.erase} onDone={done} />}
    >
      <LongText
        field={WORDS}
        label={say('rate.words')}
        value={rating.words}
        onChange={write}
        onHardKey={editor.hardKey}
      />
    </Page>
  )
}

/** The rating was not kept; what counts is. */
function Refused({ onEnd }: { readonly onEnd: () => void }) {
  return (
    <Page
      testId="rate-refused"
      className="rate"
      question={say('rate.refused')}
      actions={
        <Button look="primary" className="tall" onPress={onEnd} testId="rate-end">
          {say('rate.end')}
        </Button>
      }
    >
      <Notice kind="information" sign="check" heading={say('rate.refused-line')} />
    </Page>
  )
}
