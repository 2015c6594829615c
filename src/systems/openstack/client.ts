import type { Reader, Target, Writer } from '../../connector/contract.ts'
import { openHttpReader, openHttpWriter } from '../../connector/http/http.ts'
import { readKeystone } from './reader.ts'
import { openSession } from './session.ts'
import { writeKeystone } from './writer.ts'

/** Reader and writer are two clients: whoever plans is handed the one that cannot send a write. */
export function openReader(target: Target): Reader {
  return readKeystone(openSession(target, openHttpReader))
}

export function openWriter(target: Target): Writer {
  return writeKeystone(openSession(target, openHttpWriter))
}
