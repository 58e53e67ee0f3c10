/** Fetched when a maintainer asks for them: no citizen's page waits for these. */
import './maintenance/maintenance.css'

export { MaintenancePage } from './maintenance/maintenance-page.tsx'
