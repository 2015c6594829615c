/**
 * Which characters are drawn like which ASCII letters and digits. The npm packages that carry the data of Unicode
 * Technical Standard 39 are many versions behind and unmaintained, so this table is our own.
 *
 * Its limit, on purpose: single letters of the scripts that have whole words in common with Latin (Cyrillic, Greek,
 * Armenian, Cherokee, Coptic, Lisu) and of extended Latin. It knows neither sequences (`rn` and `m`), nor ASCII
 * twins (`l` and `1`), nor look-alikes inside another script; compatibility forms (full-width, mathematical) are
 * refused before they get here. Mixed scripts in one word are refused too, so a twin has to be written wholly in
 * letters of this table.
 */

/** ASCII character → characters that are drawn like it. Code points, as most of them look alike in an editor too. */
const lookAlikes: Readonly<Record<string, string>> = {
  a: '\u0430\u03b1\u0251\u237a\u1d00',
  b: '\u042c\u044c\u0184\u13cf\u15af\u0185',
  c: '\u0441\u03f2\u1d04\u2ca5\u217d\ua4da',
  d: '\u0501\u13e7\u146f',
  e: '\u0435\u04bd\u212e\u1d07',
  f: '\u0584\u1e9d\ua799\u03dd',
  g: '\u0261\u0581\u018d',
  h: '\u04bb\u0570\u13c2',
  i: '\u0456\u03b9\u0131\u026a\u0269\u04cf\u13a5\u1d09\u0582',
  j: '\u0458\u03f3\u029d\u0575',
  k: '\u043a\u03ba\u1d0b',
  l: '\u0399\u04c0\u01c0\u05d5\u05df\u0627\u0661\u06f1\u2113\u13de\u2c92\u0196',
  m: '\u043c\u1d0d',
  n: '\u0578\u057c\u0274',
  o: '\u043e\u03bf\u03c3\u0585\u05e1\u0647\u0665\u06f5\u0966\u0ae6\u0be6\u0c02\u0d20\u0e50\u101d\u10ff\u1d0f\u2c9f\u1d11',
  p: '\u0440\u03c1\u03f1\u2ca3\u2374',
  q: '\u051b\u0563\u0566',
  r: '\u0433\u1d26\u2c85\uab47\uab48',
  s: '\u0455\u01bd\ua731',
  t: '\u0442\u03c4\u1d1b',
  u: '\u057d\u03c5\u028b\u1d1c',
  v: '\u03bd\u0475\u05d8\u1d20\u2228',
  w: '\u0461\u051d\u0561\u026f\u1d21',
  x: '\u0445\u03c7\u157d\u166e\u2a2f',
  y: '\u0443\u03b3\u04af\u0263\u028f\u10e7\u1eff',
  z: '\u1d22\u0290',
  A: '\u0410\u0391\u13aa\ua4ee\u15c5',
  B: '\u0412\u0392\u13f4\ua4d0\ua7b4\u15f7',
  C: '\u0421\u03f9\u13df\ua4da\u2ca4',
  D: '\u13a0\ua4d3\u15de',
  E: '\u0415\u0395\u13ac\ua4f0\u2c88',
  F: '\u03dc\ua4dd\ua798\u15b4',
  G: '\u050c\u13c0\ua4d6\u13f3',
  H: '\u041d\u0397\u13bb\ua4e7\u2c8e\u157c',
  I: '\u0406\u0399',
  J: '\u0408\u13ab\ua4d9\u037f',
  K: '\u041a\u039a\u13e6\ua4d7\u2c94',
  L: '\u13de\ua4e1\u14aa\u2cd0',
  M: '\u041c\u039c\u13b7\ua4df\u2c98\u03fa',
  N: '\u039d\ua4e0\u2c9a',
  O: '\u041e\u039f\u0555\ua4f3\u2c9e',
  P: '\u0420\u03a1\u13e2\ua4d1\u2ca2',
  Q: '\u051a\u2d55',
  R: '\u13a1\ua4e3\u01a6\u13d2',
  S: '\u0405\u13da\ua4e2\u054f\u13d5',
  T: '\u0422\u03a4\u13a2\ua4d4\u2ca6',
  U: '\u054d\ua4f4\u1200',
  V: '\u0474\u13d9\ua4e6',
  W: '\u051c\u13b3\ua4ea\u13d4',
  X: '\u0425\u03a7\ua4eb\u2cac',
  Y: '\u0423\u03a5\u04ae\ua4ec\u2ca8\u13a9',
  Z: '\u0396\u13c3\ua4dc',
  '3': '\u0417\u0437\u04e0\u021c\u2ccc',
  '4': '\u13ce',
  '6': '\u0431\u2cd2',
  '-': '\u2010\u2011\u2012\u2013\u2212\u2014\u02d7\u06d4',
  "'": '\u2019\u2018\u02b9\u02bc\u02bb\u05f3',
  '.': '\u0660\u06f0\u0701\u0702\ua4f8\u2024',
  '/': '\u2044\u2215',
  ':': '\u0589\u05c3\u2236\ua789',
  _: '\u07fa',
}

const toAscii: ReadonlyMap<string, string> = new Map(
  Object.entries(lookAlikes).flatMap(([ascii, twins]) => Array.from(twins, (twin) => [twin, ascii] as const)),
)

/**
 * The form in which texts that are drawn alike are equal: every letter as the ASCII letter it is drawn like, in
 * lower case. For comparing only, never for showing. A text of ASCII alone is merely lower-cased.
 */
export function skeleton(text: string): string {
  let form = ''
  for (const character of text.normalize('NFD')) form += toAscii.get(character) ?? character
  return form.normalize('NFC').toLowerCase()
}
