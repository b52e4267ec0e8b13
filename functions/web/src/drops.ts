/** Who takes what is dropped, and what the page says while it hangs over it; photos are segmented where no view takes it. */
export const drops: { view: { take: (data: DataTransfer) => void; words: string } | undefined } = { view: undefined };
