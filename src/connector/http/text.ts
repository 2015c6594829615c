/** Half a surrogate pair has no UTF-8, and encoders throw at one. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}
