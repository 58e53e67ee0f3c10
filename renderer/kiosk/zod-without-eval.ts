import { config } from 'zod'

// The page's CSP forbids making code from text; without this, zod tries once and the browser reports a violation.
config({ jitless: true })
