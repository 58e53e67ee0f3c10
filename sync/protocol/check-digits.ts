/**
 * Check characters of ISO/IEC 7064, the family that Chinese identifiers use: pure MOD 11-2 (citizen numbers, GB 11643)
 * and the hybrid systems MOD N+1,N (licence identifiers with N = 36; our tickets with N = 28).
 */

/** The check character (0-9 or X) of a row of decimal digits by ISO 7064 MOD 11-2. */
export function mod11_2(digits: string): string {
  let product = 0
  for (const digit of digits) product = ((product + Number(digit)) * 2) % 11
  const check = (12 - product) % 11
  return check === 10 ? 'X' : String(check)
}

/**
 * The check character of `text` by the hybrid system MOD N+1,N, where N is the alphabet's length (even).
 * Finds every single wrong character and nearly every swap of neighbours.
 * @throws RangeError when `text` holds a character outside the alphabet: callers check that first.
 */
export function hybridCheck(text: string, alphabet: string): string {
  const size = alphabet.length
  let product = size
  for (const character of text) {
    const value = alphabet.indexOf(character)
    if (value < 0) throw new RangeError('character outside the alphabet')
    const sum = (product + value) % size || size
    product = (sum * 2) % (size + 1)
  }
  return alphabet.charAt((size + 1 - product) % size)
}
