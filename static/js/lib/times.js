// Dates in words, in the page's language and the reader's time zone. Words come from Intl: none are written here.
const language = () => document.documentElement.lang || undefined
const made = new Map()
const kept = (key, make) => made.get(key) ?? made.set(key, make()).get(key)

const date = (key, options) => kept(`d${language()}${key}`, () => new Intl.DateTimeFormat(language(), options))
const clock = () => date("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
const relative = () => kept(`r${language()}`, () => new Intl.RelativeTimeFormat(language(), { numeric: "auto" }))
const unit = (name) => kept(`u${language()}${name}`, () => new Intl.NumberFormat(language(), { style: "unit", unit: name, unitDisplay: "short" }))

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR

export const dayKey = (when) => date("key", { year: "numeric", month: "2-digit", day: "2-digit" }).format(when)
const midnight = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate())
const daysAgo = (when, now) => Math.round((midnight(now) - midnight(when)) / DAY)

/** "14:05", "yesterday", "Tue", "12 Nov", "12 Nov 2024" */
function short(when, now) {
  const days = daysAgo(when, now)
  if (days <= 0) return clock().format(when)
  if (days === 1) return relative().format(-1, "day")
  if (days < 7) return date("weekday", { weekday: "short" }).format(when)
  if (when.getFullYear() === now.getFullYear()) return date("short", { day: "numeric", month: "short" }).format(when)
  return date("year", { day: "numeric", month: "short", year: "numeric" }).format(when)
}

/** "Today", "Yesterday", "Tuesday 12 November" */
function day(when, now) {
  const days = daysAgo(when, now)
  if (days === 0 || days === 1) return relative().format(-days, "day")
  const year = when.getFullYear() === now.getFullYear() ? undefined : "numeric"
  return date(`day${year}`, { weekday: "long", day: "numeric", month: "long", year }).format(when)
}

/** "2 min", "5 h 12 min", "3 d": how long something has lasted or will last. */
export function span(milliseconds) {
  const left = Math.max(0, milliseconds)
  if (left < HOUR) return unit("minute").format(Math.max(1, Math.floor(left / MINUTE)))
  if (left >= 2 * DAY) return unit("day").format(Math.floor(left / DAY))
  const hours = Math.floor(left / HOUR), minutes = Math.floor((left % HOUR) / MINUTE)
  const whole = unit("hour").format(hours)
  return hours < 10 && minutes ? `${whole} ${unit("minute").format(minutes)}` : whole
}

export const exact = (when) => date("exact", { dateStyle: "full", timeStyle: "short" }).format(when)

const FORMATS = {
  clock: (when) => clock().format(when),
  short,
  day,
  since: (when, now) => span(now - when),
  left: (when, now) => span(when - now),
}

/** Writes every <time data-format> under `root`, and the level of every window pill (data-until). */
export function fill(root, now = new Date()) {
  for (const element of root.querySelectorAll("time[data-format]")) {
    const when = new Date(element.dateTime)
    const words = FORMATS[element.dataset.format](when, now)
    if (element.textContent !== words) element.textContent = words
    if (!element.title) element.title = exact(when)
  }
  for (const pill of root.querySelectorAll("[data-until]")) level(pill, new Date(pill.dataset.until) - now)
}

function level(pill, left) {
  const name = left <= 0 ? "closed" : left < HOUR / 2 ? "danger" : left < 2 * HOUR ? "warn" : ""
  if (name) pill.dataset.level = name
  else delete pill.dataset.level
}
