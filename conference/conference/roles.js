// What a role may do in a room: publish and subscribe by kind of media, text, manage others.

/** @typedef {{ publish: {audio: boolean, video: boolean}, subscribe: {audio: boolean, video: boolean}, text: boolean, manage: boolean }} Permission */

const both = { audio: true, video: true };
const none = { audio: false, video: false };

/** @type {Record<string, Permission>} */
export const DEFAULT_ROLES = {
  presenter: { publish: both, subscribe: both, text: true, manage: false },
  viewer: { publish: none, subscribe: both, text: true, manage: false },
  manager: { publish: both, subscribe: both, text: true, manage: true },
};

const kinds = (value, fallback) => ({
  audio: typeof value?.audio === 'boolean' ? value.audio : fallback.audio,
  video: typeof value?.video === 'boolean' ? value.video : fallback.video,
});

/** A whole permission out of a partial one; what is not said is not permitted. */
export function permissionOf(
  partial,
  fallback = { publish: none, subscribe: none, text: false, manage: false },
) {
  return {
    publish: kinds(partial?.publish, fallback.publish),
    subscribe: kinds(partial?.subscribe, fallback.subscribe),
    text: typeof partial?.text === 'boolean' ? partial.text : fallback.text,
    manage: typeof partial?.manage === 'boolean' ? partial.manage : fallback.manage,
  };
}

/** The permission of a role in a room with its own `roles`, or null when there is no such role. */
export function permissionOfRole(role, roles) {
  if (roles && Object.hasOwn(roles, role)) return permissionOf(roles[role]);
  return Object.hasOwn(DEFAULT_ROLES, role) ? permissionOf(DEFAULT_ROLES[role]) : null;
}
