/** What somebody asked of a sandbox, and it cannot do. */
export class BadWish extends Error {
  override name = 'BadWish'
  /** The way forward. */
  readonly fix: string | undefined
  constructor(message: string, fix?: string) {
    super(message)
    this.fix = fix
  }
}
