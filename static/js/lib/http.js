// One door to the server for scripts: the CSRF token, the workspace this tab belongs to, and what a refusal means.
const DOOR = "/accounts/"
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content

export class Refused extends Error {
  constructor(status, html = "") {
    super(`HTTP ${status}`)
    this.status = status
    this.html = html
  }
}

export function headers() {
  const all = { "HX-Request": "true", "X-CSRFToken": meta("csrf-token") }
  if (meta("workspace")) all["X-Plaza-Workspace"] = meta("workspace")
  return all
}

/** Answers { html, response } or throws Refused; a lost connection is a Refused with status 0. */
export async function request(url, { method = "GET", form } = {}) {
  const body = form && (form instanceof FormData ? form : new URLSearchParams(form))
  const response = await fetch(url, { method, body, headers: headers(), credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new Refused(0)
  })
  // fetch follows the redirect of an ended session to the login page: that is no answer to what was asked
  if (response.status === 401 || (response.redirected && new URL(response.url).pathname.startsWith(DOOR))) {
    window.dispatchEvent(new CustomEvent("session:ended"))
    throw new Refused(401)
  }
  const html = await response.text()
  if (response.status === 409) window.dispatchEvent(new CustomEvent("workspace:changed"))
  if (!response.ok) throw new Refused(response.status, html)
  return { html, response }
}

export const toast = (name, detail = {}) => window.dispatchEvent(new CustomEvent("toast:show", { detail: { name, ...detail } }))
