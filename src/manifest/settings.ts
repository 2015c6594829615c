/** The one Settings document: where it is looked for, and what of it this version cannot do and must not ignore. */
import type { Settings } from '../model/workspace.ts'
import type { Manifest, Source } from './document.ts'
import type { Lost } from './lost.ts'
import { defaultSettings, normalizeSettings } from './normalize-system.ts'
import type { SettingsDocument } from './normalised.ts'
import { key as keyOf, showPlace, type Reporter } from './place.ts'

const settingsFile = 'rolecall.yaml'

/** Settings with their defaults; all defaults where there is no document, which is then a fault. */
export function readSettings(
  manifests: readonly Manifest[],
  sources: readonly Source[],
  lost: Lost,
  report: Reporter,
): Settings {
  const written = manifests.filter((manifest) => manifest.kind === 'Settings')
  const [first] = written.filter(({ raw }) => raw.source.file === settingsFile)
  for (const other of written) {
    if (other === first) continue
    const place = keyOf({ raw: other.raw, path: ['kind'] })
    if (other.raw.source.file !== settingsFile)
      report.error(
        'settings-elsewhere',
        place,
        `Settings stand in ${settingsFile}, and nowhere else.`,
        `Move the document to ${settingsFile}.`,
      )
    else if (first)
      report.error(
        'duplicate-settings',
        place,
        `There is one Settings document, and it is in ${showPlace({ raw: first.raw, path: ['kind'] })}.`,
        'Make them one.',
      )
  }
  if (first) return available(normalizeSettings(first), report)
  const source = sources.find(({ file }) => file === settingsFile)
  if (source && !lost.any('Settings') && written.length === 0)
    report.error(
      'no-settings',
      keyOf({ raw: { source, index: 0, line: 1, value: {} }, path: [] }),
      `There is no Settings document in ${settingsFile}.`,
      'Add one: "kind: Settings" with a name, and an empty spec for all defaults.',
    )
  return defaultSettings('')
}

/** An approval that is asked for and cannot be had would be relied on. */
function available({ settings, approvals }: SettingsDocument, report: Reporter): Settings {
  if (approvals)
    report.error(
      'approvals-not-available',
      keyOf(approvals),
      'This version cannot wait for approvals, and does not apply as if it did.',
      'Take the key out, and protect the branch that applies.',
    )
  return settings
}
