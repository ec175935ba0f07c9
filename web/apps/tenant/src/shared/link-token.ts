const STORAGE_KEY = "parlance.invitation";

/** The token behind the `#` of this page's address; no server has seen it. */
export function linkToken(): string {
  return window.location.hash.slice(1);
}

/** The token of an invitation: of the address, or of this tab when its person went to sign in first. */
export function invitationToken(): string {
  const token = linkToken();
  try {
    if (token) sessionStorage.setItem(STORAGE_KEY, token);
    return token || (sessionStorage.getItem(STORAGE_KEY) ?? "");
  } catch {
    return token;
  }
}

/** Forgets the invitation of this tab. */
export function forgetInvitation(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    return;
  }
}
