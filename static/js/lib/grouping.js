// Day lines and groups are put in by the page, because a message is drawn alone and for readers of every time zone.
import { dayKey, fill } from "lib/times"

const TOGETHER = 2 * 60_000

const dayOf = (message) => dayKey(new Date(message.dataset.at))

/** Whether b goes on with what a said, in a group that began with `first`. */
function sameGroup(first, a, b) {
  if (!a || a.dataset.direction !== b.dataset.direction || !["in", "out"].includes(b.dataset.direction)) return false
  if (a.dataset.author !== b.dataset.author || a.dataset.source !== b.dataset.source) return false
  if (a.matches(".failed, .unsure")) return false
  return new Date(b.dataset.at) - new Date(first.dataset.at) < TOGETHER && dayOf(a) === dayOf(b)
}

function dayLine(message, key) {
  const line = document.createElement("div")
  const time = document.createElement("time")
  line.className = "day"
  line.dataset.day = key
  line.setAttribute("role", "separator")
  line.setAttribute("aria-live", "off")
  time.dateTime = message.dataset.at
  time.dataset.format = "day"
  line.append(time)
  fill(line)
  return line
}

/** Puts right the groups and day lines of the whole log; does nothing where they are right already. */
export function regroup(log) {
  const messages = [...log.querySelectorAll(":scope > .message")]
  const lines = new Map([...log.querySelectorAll(":scope > .day")].map((line) => [line.dataset.day, line]))
  let before = null, first = null
  for (const message of messages) {
    const key = dayOf(message)
    if (!before || dayOf(before) !== key) {
      const line = lines.get(key) ?? dayLine(message, key)
      lines.delete(key)
      if (message.previousElementSibling !== line) message.before(line)
    }
    const joined = sameGroup(first, before, message)
    if (!joined) first = message
    message.toggleAttribute("data-joined", joined)
    before?.toggleAttribute("data-continued", joined)
    before = message
  }
  before?.removeAttribute("data-continued")
  for (const line of lines.values()) line.remove()
}
