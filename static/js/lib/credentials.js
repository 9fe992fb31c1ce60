// The browser's credentials as JSON, for browsers that cannot do it themselves: bytes travel as base64url.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }))

export const able = () => Boolean(window.PublicKeyCredential && navigator.credentials)

/** Makes one. `alone`: it shall log in without a password, so the device must keep it and know its owner. */
export async function create({ publicKey }, alone) {
  const selection = { ...publicKey.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone }
  if (alone) selection.userVerification = "required"
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) }
  const options = { ...publicKey, user, challenge: bytes(publicKey.challenge), excludeCredentials: known(publicKey.excludeCredentials), authenticatorSelection: selection }
  const made = await navigator.credentials.create({ publicKey: options })
  const { response } = made
  return asked(made, { attestationObject: text(response.attestationObject), transports: response.getTransports?.() ?? [] })
}

/** Asks for one that exists. */
export async function get({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) }
  const found = await navigator.credentials.get({ publicKey: options })
  const { authenticatorData, signature, userHandle } = found.response
  return asked(found, { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: userHandle && text(userHandle) })
}

const asked = (credential, response) => ({
  type: credential.type,
  id: credential.id,
  rawId: text(credential.rawId),
  authenticatorAttachment: credential.authenticatorAttachment,
  response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  clientExtensionResults: credential.getClientExtensionResults(),
})
