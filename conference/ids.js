// Ids that cannot be guessed: a letter for the kind of thing and 80 random bits.
import { randomBytes } from 'node:crypto';

export const newId = (kind) => `${kind}${randomBytes(10).toString('hex')}`;
