# Completion of kubectl-hostnet for PowerShell:
#   kubectl hostnet completion powershell | Out-String | Invoke-Expression   # in $PROFILE
# `kubectl hostnet` is completed by kubectl's own script, which asks the program kubectl_complete-hostnet. pip and pipx
# install it; after krew, which installs one program only, run once: kubectl hostnet completion --install
Register-ArgumentCompleter -Native -CommandName 'kubectl-hostnet' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    $before = if ($wordToComplete -match '^(-.*?=)') { $Matches[1] } else { '' }
    # Windows PowerShell drops empty arguments: quotes keep the last word.
    $words = $words | ForEach-Object { if ($_ -eq '' -and $PSVersionTable.PSVersion -lt '7.3') { '""' } else { $_ } }
    & kubectl-hostnet __complete @words 2>$null | Where-Object { $_ -notmatch '^:\d+$' } | ForEach-Object {
        $word, $about = $_ -split "`t", 2
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new("$before$word", $word, 'ParameterValue', $about)
    }
}
