import { pino } from 'pino'

/**
 * The event catalogue: a line of the log is one of these, with no personal data (design.md section 8). `level` is how
 * loudly it is said; `means` is for the maintainer who looks it up.
 */
export const EVENTS = {
  'terminal-started': { level: 'info', means: 'All parts are up; the screen may connect.' },
  'terminal-stopped': { level: 'info', means: 'Closed in order: journal, device host, shell.' },
  'settings-refused': {
    level: 'error',
    means:
      'settings.json, provisioning.json, the built page or --port is wrong; the terminal does not start, a running one goes on with what it has.',
  },
  'settings-taken': {
    level: 'info',
    means:
      'settings.json was changed while the terminal runs: device addresses count at once, other parts from the next start.',
  },
  'journal-opened': {
    level: 'info',
    means: 'The journal was read through; tornBytes > 0: an unfinished frame was cut off.',
  },
  'journal-damaged': {
    level: 'error',
    means:
      'A place of the journal could not be read at start: passed over, kept as it is; the tickets that are known are named.',
  },
  'journal-note': { level: 'debug', means: 'What the journal does by itself: segments, repairs.' },
  'hub-client': { level: 'debug', means: 'A call to the hub, without content.' },
  'hub-strange': {
    level: 'warn',
    means:
      'Something answers that is not our hub (a portal, a proxy, another root, a wrong clock), or its signature does not hold; all stays here meanwhile. Told again every 10 minutes.',
  },
  'speech-fault': { level: 'warn', means: 'espeak-ng is missing or did not make a sound: pages are not read aloud.' },
  'main-drain': { level: 'info', means: 'From main’s own drain.' },
  'journal-refused': { level: 'error', means: 'The journal cannot be used; nothing is accepted.' },
  'trust-refused': {
    level: 'error',
    means: 'The device key on disk cannot be used; the terminal does not start, a maintainer must decide.',
  },
  enrolled: { level: 'info', means: 'The hub knows this terminal’s device key.' },
  'enrolment-failed': { level: 'warn', means: 'The hub did not take the enrolment; tried again.' },
  'key-set-taken': { level: 'info', means: 'A newer key set of the hub was verified and stored.' },
  'key-set-refused': {
    level: 'error',
    means: 'The hub offered a key set that our root did not sign, or an older one.',
  },
  'package-taken': {
    level: 'info',
    means: 'A newer package (catalogue, topics, policies, settings) was verified and stored.',
  },
  'items-withheld': {
    level: 'warn',
    means: 'The catalogue has items that need newer forms than this program; they are not offered until an update.',
  },
  'package-refused': {
    level: 'error',
    means: 'A package on disk or of the hub is badly signed, damaged, older or of another shape: not used.',
  },
  'cases-damaged': { level: 'warn', means: 'The file of case states cannot be read; they are pulled from the start.' },
  'connection-changed': { level: 'info', means: 'connected, hub-silent or no-network.' },
  'contact-fault': {
    level: 'error',
    means: 'What a contact with the hub brought could not be used or stored here; tried again at the next.',
  },
  'contact-refused': {
    level: 'warn',
    means: 'The hub does not take this terminal’s word: its key is not registered (any more).',
  },
  'hub-forgot': {
    level: 'warn',
    means: 'The hub does not know its own last receipt: it was restored from a backup. It is shown the receipt.',
  },
  'epoch-seen': {
    level: 'warn',
    means: 'The hub’s epoch: first seen, changed, or its sequence went back. After the last two all is offered again.',
  },
  reoffered: {
    level: 'warn',
    means: 'Retained submissions were queued again, because the hub may have forgotten them.',
  },
  reconciled: { level: 'info', means: 'All submissions were compared with the hub’s.' },
  'reconcile-lost': {
    level: 'error',
    means: 'The hub no longer has submissions that were purged here after its receipt: only its backups can help.',
  },
  'purge-refused-by-hub': {
    level: 'error',
    means: 'The hub gave receipts and a backup, but does not hold these: it forgot them; they are sent again.',
  },
  'reconcile-mismatched': { level: 'error', means: 'The hub holds submissions of this terminal with another hash.' },
  'reconcile-unlisted': {
    level: 'error',
    means: 'The hub holds submissions of this terminal that its journal does not know: damage took them here.',
  },
  'clock-off': { level: 'warn', means: 'This machine’s clock is more than 10 minutes away from the hub’s.' },
  'cases-pulled': { level: 'info', means: 'Newer case states were fetched.' },
  purged: { level: 'info', means: 'Payloads that the hub has in a backup were given up here.' },
  'purge-stuck': {
    level: 'error',
    means:
      'Payloads wait for 7 days for a backup at the hub, an epoch or someone to look into quarantine: the disk fills.',
  },
  'scrub-damage': {
    level: 'error',
    means: 'Bytes of the journal changed where they lay; the tickets that are known are named.',
  },
  'task-fault': { level: 'error', means: 'A background task ended in a way that nobody expected; tried again later.' },
  'space-changed': { level: 'warn', means: 'Free space passed a mark: open, no-attachments or no-space.' },
  'mains-lost': {
    level: 'error',
    means:
      'The line board says that mains power is gone: nothing new is taken in; after endsInMs, or when the battery is low, the terminal closes its journal and ends with exit code 75.',
  },
  'mains-back': { level: 'warn', means: 'Mains power is there again before the terminal had to end; intake is open.' },
  'power-ended': {
    level: 'error',
    means: 'The battery must not be waited for any longer: the terminal ends in order.',
  },
  'service-door': { level: 'warn', means: 'The service door was opened or closed, as the line board says.' },
  'line-board-refused': {
    level: 'info',
    means: 'A lamp was not lit or the beeper did not sound; nothing waits for it. Told once for each fault.',
  },
  'rescue-exported': { level: 'info', means: 'The unsent sealed submissions were written as a bundle.' },
  'rescue-not-exported': { level: 'error', means: 'The rescue bundle could not be written.' },
  'readiness-printed': {
    level: 'info',
    means: 'A maintainer asked for the device report on paper; printed or why not.',
  },
  requeued: { level: 'info', means: 'A maintainer put quarantined submissions back into the queue.' },
  'submission-accepted': { level: 'info', means: 'The submission is a frame on disk; the citizen was told so.' },
  'submission-refused': { level: 'warn', means: 'Nothing was kept; the screen says why.' },
  'submission-received': { level: 'info', means: 'The hub’s receipt was verified and journalled.' },
  'batch-received': {
    level: 'info',
    means: 'One receipt of the hub over many submissions was verified and journalled.',
  },
  'submission-quarantined': {
    level: 'error',
    means: 'The hub refused the envelope, or it cannot be read back here; it stays until a maintainer requeues it.',
  },
  'flight-failed': { level: 'warn', means: 'A try to deliver failed; it will be tried again.' },
  'flight-fault': {
    level: 'error',
    means: 'A flight ended in a way that nobody expected, or its frame cannot be read back; tried again, look into it.',
  },
  'lease-changed': { level: 'info', means: 'Who drains the queue: the sync worker or main.' },
  'receipt-printed': { level: 'info', means: 'The printer confirmed the receipt.' },
  'receipt-not-printed': { level: 'warn', means: 'The printer settled with a fault, or there is none.' },
  'one-time-begun': { level: 'info', means: 'A print that may be made once is on record and goes to the printer.' },
  'one-time-printed': { level: 'info', means: 'All of its pages came out.' },
  'one-time-spoiled': {
    level: 'warn',
    means:
      'A one-time print did not end well, or a crash came between: between atLeast and atMost sides may be on paper (null: unknown). It is never printed again by itself; staff must look for the sheets.',
  },
  'one-time-nothing': {
    level: 'warn',
    means: 'Surely no page of a one-time print came out: it may be asked for again.',
  },
  'one-time-refused': {
    level: 'warn',
    means: 'A one-time print was not begun: made before, or it cannot be recorded.',
  },
  'one-time-record-damaged': {
    level: 'error',
    means: 'A file of one-time-prints/ cannot be read: no one-time print is made until a maintainer has put it right.',
  },
  'staff-unlocked': { level: 'info', means: 'A maintainer opened the door with the PIN.' },
  'staff-pin-wrong': { level: 'warn', means: 'A wrong PIN at the maintainers’ door.' },
  'staff-locked-out': { level: 'warn', means: 'Five wrong PINs: the maintainers’ door stays shut for 15 minutes.' },
  'staff-list-taken': {
    level: 'info',
    means: 'A newer list of who may help at this terminal was verified and stored.',
  },
  'staff-list-refused': {
    level: 'error',
    means: 'A staff list on disk or of the hub is badly signed, older, of another terminal or shape: not used.',
  },
  'latest-time-lost': {
    level: 'warn',
    means:
      'The latest time that the clock showed cannot be read or written: a clock set back over a restart is not noticed meanwhile.',
  },
  'staff-called': { level: 'info', means: 'A citizen called staff; beeped: the line board sounded.' },
  'badge-refused': {
    level: 'warn',
    means: 'A staff badge was shown that lets nobody in: unknown, locked, or the list is missing or has expired.',
  },
  'assist-pin-wrong': { level: 'warn', means: 'A wrong PIN with a staff badge; failures: in a row, over restarts.' },
  'assist-locked-out': {
    level: 'warn',
    means: 'Too many wrong PINs: this badge is locked; each further one doubles it.',
  },
  'assist-opened': { level: 'info', means: 'A staff member, named by number, helps in the present visit.' },
  'assist-ended': { level: 'info', means: 'She left, the citizen goes on alone, or the visit is over.' },
  'handover-made': { level: 'info', means: 'A half-filled form is at the hub, sealed, and its slip came out.' },
  'handover-not-made': {
    level: 'info',
    means: 'None was handed over, and nothing printed; why says what was missing.',
  },
  'handover-not-printed': {
    level: 'warn',
    means: 'The slip did not come out whole: the hub is told to erase the form.',
  },
  'handover-opened': { level: 'info', means: 'A slip was opened: by the card in the visit, or for staff that helps.' },
  'handover-not-opened': { level: 'info', means: 'A slip opened nothing; why says what was missing.' },
  'handover-ended': { level: 'info', means: 'The hub heard that a form is held here, or that its slip is worthless.' },
  'handover-left': {
    level: 'warn',
    means: 'The hub could not be told; it keeps the ciphertext until the slip runs out, a day at most.',
  },
  'agent-counts-not-kept': {
    level: 'warn',
    means: 'The counts of proxies could not be written: a restart today would begin them anew; the hub counts too.',
  },
  'agent-counts-damaged': {
    level: 'warn',
    means: 'The counts of proxies could not be read and begin anew; the hub counts too.',
  },
  'card-read': { level: 'info', means: 'A card was read and checked; no field of it is logged.' },
  'person-asked': { level: 'info', means: 'The hub was asked about whoever’s card is in the visit; not who that is.' },
  'card-refused': { level: 'warn', means: 'A card was read but cannot be used.' },
  'code-signed-in': { level: 'info', means: 'The hub said whose code was shown; neither is logged.' },
  'code-sign-in-refused': { level: 'info', means: 'A code off a phone did not sign anybody in.' },
  witnessed: {
    level: 'info',
    means: 'A staff member, named by number, saw a citizen’s papers; the case names her too.',
  },
  'witness-refused': { level: 'warn', means: 'Staff could not vouch for somebody.' },
  'face-compare-missing': {
    level: 'warn',
    means: 'The settings switch the comparing of faces on, and nothing here can do it: cards are taken as ever.',
  },
  'social-security-fault': { level: 'warn', means: 'A social-security card was put in and could not be read.' },
  'code-dropped': { level: 'info', means: 'A code was read while no page was there to take it; not kept.' },
  'papers-scanned': { level: 'info', means: 'A scan ended: pages taken into memory, and the fault if it failed.' },
  'session-ended': { level: 'info', means: 'Card, snapshot, scanned pages and secrets were dropped.' },
  'bridge-opened': { level: 'info', means: 'A page or worker connected.' },
  'bridge-closed': { level: 'info', means: 'A page or worker went away.' },
  'door-refused': {
    level: 'warn',
    means: 'A request without the right cookie, Host, Origin or token was turned away.',
  },
  'navigation-refused': { level: 'warn', means: 'The page tried to leave, open a window or ask for a permission.' },
  'page-event': { level: 'info', means: 'Something that the page reports about itself.' },
  'browser-exited': { level: 'warn', means: 'The kiosk browser ended and is started again.' },
  'device-host': { level: 'info', means: 'From the device host or its keeper.' },
  'main-crashed': { level: 'error', means: 'Something that nobody expected; main ends and is started again.' },
  'bridge-refused': { level: 'warn', means: 'A call that broke its contract or asked for what is not there.' },
  'bridge-fault': { level: 'error', means: 'A bridge call failed in a way that nobody expected.' },
} as const satisfies Record<string, { level: 'debug' | 'info' | 'warn' | 'error'; means: string }>

export type EventName = keyof typeof EVENTS
export type Log = (event: EventName, detail?: Readonly<Record<string, unknown>>) => void

/** Writes JSON lines to a stream (stderr by default), at the level that the catalogue gives or louder. */
export function createLog(destination: NodeJS.WritableStream = process.stderr, minimum = 'info'): Log {
  const logger = pino({ base: null, level: minimum, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return (event, detail = {}) => logger[EVENTS[event].level]({ event, ...detail })
}
