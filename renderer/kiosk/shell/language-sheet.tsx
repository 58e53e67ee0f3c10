import { BigChoice, Button, Overlay } from '../../ui/components.tsx'
import { LANGUAGE_TAG } from '../../ui/strings/language.ts'
import { say } from '../../ui/strings/say.ts'
import { LANGUAGES } from '../../ui/strings/texts.ts'
import type { LanguageChoice } from '../use-language.ts'

interface LanguageSheetProps {
  readonly choice: LanguageChoice
  readonly onClose: () => void
}

/** Each language by its own name. A touch switches and closes. */
export function LanguageSheet({ choice, onClose }: LanguageSheetProps) {
  return (
    <Overlay label={say('language.title')} testId="language-sheet">
      <h2 className="section">{say('language.title')}</h2>
      <div className="languages-big">
        {LANGUAGES.map((language) => (
          <BigChoice
            key={language}
            word={say(`language.name.${language}`)}
            lang={LANGUAGE_TAG[language]}
            isChosen={language === choice.language}
            isOff={choice.missing.has(language)}
            onPress={() => {
              choice.choose(language)
              onClose()
            }}
            testId={`language-${language}`}
          />
        ))}
      </div>
      <Button className="tall" onPress={onClose} testId="language-close">
        {say('look.close')}
      </Button>
    </Overlay>
  )
}
