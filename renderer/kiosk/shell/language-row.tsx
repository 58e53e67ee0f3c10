import { Button } from '../../ui/components.tsx'
import { LANGUAGE_TAG } from '../../ui/strings/language.ts'
import { say } from '../../ui/strings/say.ts'
import { LANGUAGES } from '../../ui/strings/texts.ts'
import type { LanguageChoice } from '../use-language.ts'

/** On the idle page (picture 01): one touch, for people who cannot read the Chinese word for it. */
export function LanguageRow({ choice }: { readonly choice: LanguageChoice }) {
  return (
    <div className="languages">
      {LANGUAGES.filter((language) => language !== choice.language).map((language) => (
        <Button
          key={language}
          look="quiet"
          lang={LANGUAGE_TAG[language]}
          isOff={choice.missing.has(language)}
          onPress={() => choice.choose(language)}
          testId={`row-language-${language}`}
        >
          {say(`language.name.${language}`)}
        </Button>
      ))}
    </div>
  )
}
