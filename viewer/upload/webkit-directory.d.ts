import 'react';

declare module 'react' {
  interface InputHTMLAttributes<T> {
    /** Lets a file input take a whole folder; every current browser knows it, React's types do not. */
    readonly webkitdirectory?: string;
  }
}
