/** Plain JSON: what manifests, plans and ledgers are made of once they have been parsed. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = Readonly<Record<string, Json>>
