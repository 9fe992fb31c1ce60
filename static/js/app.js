// Starts Stimulus with every controller the page's importmap names under "controllers/".
import { Application } from "stimulus"

const application = Application.start()
const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent)

for (const name of Object.keys(imports).filter((name) => name.startsWith("controllers/"))) {
  import(name).then((module) => application.register(name.slice("controllers/".length), module.default))
}

// What I wrote reads "You" to me: pages are drawn alike for everybody, so the rule is made here, for this member.
const { member } = document.body.dataset
if (member) {
  const mine = new CSSStyleSheet()
  const id = CSS.escape(member)
  mine.replaceSync(`[data-author="${id}"] .if-mine{display:inline}[data-author="${id}"] .if-theirs{display:none}`)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, mine]
}
