import { access, mayWrite } from '../../state/access.ts';

/** Why buttons are missing that others have; nothing where none are. */
export function AccessNote() {
  const known = access.value.value;
  if (known === undefined || mayWrite.value) return null;
  return (
    <p class="muted">
      The access “{known.name}” has scope read: it shows everything, and everything that changes
      something is left out.
    </p>
  );
}
