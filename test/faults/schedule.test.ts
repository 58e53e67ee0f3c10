import { describe, expect, test } from 'vitest'
import { ALL_KINDS, BROWSER_EVENTS, isPurgePoint, KILL_POINTS, NETWORK_FAULTS, Struck } from './kinds.ts'
import { episodeText, makeSchedule, type ScheduleOptions } from './schedule.ts'

const ALL: ScheduleOptions = { seed: 7, submissions: 300, without: new Set(), browser: true, postgres: true }

describe('the schedule of a seed', () => {
  test('is the same each time, and another for another seed', () => {
    expect(makeSchedule(ALL)).toEqual(makeSchedule(ALL))
    expect(makeSchedule({ ...ALL, seed: 8 }).map(episodeText)).not.toEqual(makeSchedule(ALL).map(episodeText))
  })

  test('shares all submissions out, whatever their number', () => {
    for (const submissions of [1, 4, 5, 99, 100, 300, 2000]) {
      const total = makeSchedule({ ...ALL, submissions }).reduce((sum, episode) => sum + episode.submissions, 0)
      expect(total).toBe(submissions)
    }
  })

  test('deals every kind of weather and kill before one comes again', () => {
    const schedule = makeSchedule({ ...ALL, submissions: 2000 })
    const faults = new Set(schedule.flatMap(({ weather }) => weather.map(({ fault }) => fault)))
    const kills = new Set(schedule.map(({ kill }) => kill?.point))
    expect(NETWORK_FAULTS.filter((fault) => !faults.has(fault))).toEqual([])
    // One deck is dealt about once: a few may have given way to the browser's stretch.
    expect(KILL_POINTS.filter((point) => kills.has(point)).length).toBeGreaterThan(KILL_POINTS.length * 0.6)
  })

  test('leaves out what it is told to leave out', () => {
    const without = new Set(['kill', 'time-out', 'disk-full', 'backup-confirmed'])
    for (const { kill, weather, event } of makeSchedule({ ...ALL, without })) {
      expect(kill).toBeNull()
      expect(event).not.toBe('disk-full')
      expect(weather.map(({ fault }) => fault)).not.toContain('time-out')
    }
  })

  test('has no browser event without a browser, and none outside its stretch', () => {
    for (const { event } of makeSchedule({ ...ALL, browser: false })) expect(BROWSER_EVENTS).not.toContain(event)
    for (const { event, browser } of makeSchedule(ALL)) if (BROWSER_EVENTS.includes(event)) expect(browser).toBe(true)
  })

  test('a purge is killed only after a backup was confirmed', () => {
    const purges = makeSchedule({ ...ALL, submissions: 2000 }).filter(({ kill }) => kill && isPurgePoint(kill.point))
    expect(purges.length).toBeGreaterThan(0)
    for (const { event, weather } of purges)
      expect({ event, weather }).toEqual({ event: 'backup-confirmed', weather: [] })
  })
})

test('what never struck is counted with 0', () => {
  const struck = new Struck()
  struck.add('html-200')
  const counts = struck.counts()
  expect(counts['html-200']).toBe(1)
  expect(Object.keys(counts).sort()).toEqual([...ALL_KINDS].sort())
  expect(counts['time-out']).toBe(0)
})
