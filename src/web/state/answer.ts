import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, Input, Operation } from '../api/client.ts';
import { home } from './home.ts';
import { createResource, type Resource } from './resource.ts';

/**
 * The answer to a question of one part of a page: asked when the part appears, when `input` or `freshness` changes,
 * and, after an error, with every refresh of the page.
 */
export function useAnswer<Name extends Operation>(
  name: Name,
  input: Input<Name>,
  freshness?: string | number,
): Resource<Answer<Name>> {
  const latest = useRef(input);
  latest.current = input;
  const [resource] = useState(() => createResource(name, () => latest.current));
  useEffect(() => () => resource.drop(), []);
  const refreshedAt = home.value.value?.at;
  useEffect(() => {
    void resource.refresh();
  }, [JSON.stringify(input), freshness]);
  useEffect(() => {
    if (resource.error.peek() !== undefined) void resource.refresh();
  }, [refreshedAt]);
  return resource;
}
