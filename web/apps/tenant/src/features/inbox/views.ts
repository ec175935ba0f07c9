/** The views of the conversation list, in the order shown. */
export const VIEWS = ["mine", "unassigned", "all", "unread", "resolved"] as const;
/** A view of the conversation list. */
export type View = (typeof VIEWS)[number];
