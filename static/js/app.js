// Starts Stimulus with every controller the page's importmap names under "controllers/".
import { Application } from "stimulus"

const application = Application.start()
const { imports } = JSON.parse(document.querySelector("script[type=importmap]").textContent)

const started = Object.keys(imports).filter((name) => name.startsWith("controllers/")).map(async (name) => {
  const { default: controller } = await import(name)
  application.register(name.slice("controllers/".length), controller)
})
Promise.all(started).then(() => (document.documentElement.dataset.ready = "")) // from here on the keyboard is heard

// What I wrote reads "You" to me: pages are drawn alike for everybody, so the rule is made here, for this member.
const { member } = document.body.dataset
if (member) {
  const mine = new CSSStyleSheet()
  const id = CSS.escape(member)
  mine.replaceSync(`[data-author="${id}"] .if-mine{display:inline}[data-author="${id}"] .if-theirs{display:none}`)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, mine]
}
