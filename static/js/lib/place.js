// Where one reads in a thread that grows at its foot. The scroller is reversed: 0 is the newest, upwards is negative.
const NEAR = 64

const heading = new WeakSet() // on their way to the newest: what arrives meanwhile must not stop them

export const atNewest = (scroller) => scroller.scrollTop > -NEAR || heading.has(scroller)

/** Changes the log; who reads further up keeps the line they read where it is. */
export function keepingPlace(scroller, log, change) {
  if (atNewest(scroller)) return change()
  const top = scroller.getBoundingClientRect().top
  const anchor = [...log.children].find((child) => child.matches(".message") && child.getBoundingClientRect().bottom > top)
  const before = anchor?.getBoundingClientRect().top
  const answer = change()
  if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before
  return answer
}

export function toNewest(scroller) {
  if (scroller.scrollTop < 0) {
    heading.add(scroller)
    scroller.addEventListener("scrollend", () => heading.delete(scroller), { once: true })
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
  scroller.scrollTo({ top: 0, behavior: calm ? "instant" : "smooth" })
}
