// Where one reads in a thread that grows at its foot. The scroller is reversed: 0 is the newest, upwards is negative.
const NEAR = 64

export const atNewest = (scroller) => scroller.scrollTop > -NEAR

/** Changes the log; who reads further up keeps the line they read where it is. */
export function keepingPlace(scroller, log, change) {
  if (atNewest(scroller)) return change()
  const top = scroller.getBoundingClientRect().top
  const anchor = [...log.children].find((child) => child.getBoundingClientRect().bottom > top)
  const before = anchor?.getBoundingClientRect().top
  const answer = change()
  if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before
  return answer
}

export function toNewest(scroller) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
  scroller.scrollTo({ top: 0, behavior: calm ? "instant" : "smooth" })
}
