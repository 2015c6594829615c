/** Lets Node 20 load our TypeScript as it is; later versions do so themselves. To be imported before anything else. */
import { register } from 'node:module'
import process from 'node:process'

if (!process.features.typescript) register('./typescript-hooks.js', import.meta.url)
