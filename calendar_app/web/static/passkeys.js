// Passkeys: the one thing on this site that needs a script. A form says what the browser is asked
// (data-options) and takes its answer as a field; the server does the rest.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function ask(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (form.dataset.passkey === "create") {
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = keys(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  }
  options.allowCredentials = keys(options.allowCredentials);
  return navigator.credentials.get({ publicKey: options });
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  for (const other of document.querySelectorAll("[data-no-passkeys]")) other.hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]");
    said.textContent = "";
    try {
      form.elements.credential.value = told(await ask(form));
    } catch {
      // Turned down, timed out, or nothing there: the browser has said what.
      said.textContent = form.dataset.failed;
      return;
    }
    form.submit();
  });
}
