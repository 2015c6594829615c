/**
 * Which systems there are, before all the rest is read: what says it are a few documents, and there may be thousands of
 * others. Reading a system takes its time, and can begin.
 */
import type { SystemAlone } from '../model/workspace.ts'
import type { Connectors, Source } from './document.ts'
import { governingDocuments } from './governing.ts'
import { lostDocuments } from './lost.ts'
import type { ManifestOf } from './normalize.ts'
import { parseOnce } from './parse.ts'
import { reporter } from './place.ts'
import { sitesOf } from './resolve.ts'
import { checkItself } from './resolve/systems.ts'
import { readSettings } from './settings.ts'
import { uniqueManifests } from './unique.ts'
import { validateDocuments } from './validate.ts'

/**
 * The systems as these files have them: of the protected branch where there is one. None at all where anything is to be
 * said of any document that decides over systems, so that no connection is opened for one that is not as it should be.
 */
export function systemsAhead(sources: readonly Source[], connectors: Connectors): readonly SystemAlone[] {
  const report = reporter()
  const { documents, problems } = governingDocuments(sources, [], parseOnce)
  const validated = validateDocuments(documents, connectors)
  const manifests = uniqueManifests(validated.manifests, report)
  const lost = lostDocuments(documents, validated.manifests, problems)
  readSettings(manifests, sources, lost, report)
  const systems = manifests.filter((one): one is ManifestOf<'System'> => one.kind === 'System')
  const sites = [...sitesOf(systems, { connectors, isProtected: () => false }).values()]
  for (const site of sites) checkItself({ report }, site)
  const said = [...problems, ...validated.problems, ...report.problems]
  return said.length > 0 ? [] : sites.map(({ system }) => system.config)
}
