// Who may touch what in storage. docs/deploy.md has this as a table.
param storageAccount string
param cpuPrincipal string
param gpuPrincipal string
param gpuContainers array
param gpuReads array
param gpuQueues array
param trainerPrincipal string
param trainerContainers array
param trainerReads array
param trainerQueues array

var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor
var blobReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1' // Storage Blob Data Reader
var queueContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor
var queueReader = '19e7f393-937e-4f77-808e-94535e297925' // Storage Queue Data Reader
// The Functions host keeps leases, timer states and keys in containers of its own.
var gpuAndHostContainers = concat(gpuContainers, ['azure-webjobs-hosts', 'azure-webjobs-secrets'])

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageAccount
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' existing = {
  parent: account
  name: 'default'
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' existing = {
  parent: account
  name: 'default'
}

// Photos, records, results, retention, and the delegation key that signs upload keys: the account.
resource cpuBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, cpuPrincipal, blobContributor)
  properties: {
    principalId: cpuPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}

resource cpuQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, cpuPrincipal, queueContributor)
  properties: {
    principalId: cpuPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueContributor)
  }
}

resource gpuContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [for name in gpuAndHostContainers: {
  parent: blobs
  name: name
}]

resource gpuBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in gpuAndHostContainers: {
  scope: gpuContainer[i]
  name: guid(gpuContainer[i].id, gpuPrincipal, blobContributor)
  properties: {
    principalId: gpuPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}]

resource gpuReadContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [for name in gpuReads: {
  parent: blobs
  name: name
}]

resource gpuBlobReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in gpuReads: {
  scope: gpuReadContainer[i]
  name: guid(gpuReadContainer[i].id, gpuPrincipal, blobReader)
  properties: {
    principalId: gpuPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
  }
}]

resource gpuQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' existing = [for name in gpuQueues: {
  parent: queueService
  name: name
}]

resource gpuMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in gpuQueues: {
  scope: gpuQueue[i]
  name: guid(gpuQueue[i].id, gpuPrincipal, queueContributor)
  properties: {
    principalId: gpuPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueContributor)
  }
}]

// Every process measures every queue: depth and the age of the first message.
resource gpuQueueReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, gpuPrincipal, queueReader)
  properties: {
    principalId: gpuPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueReader)
  }
}

resource trainerContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [for name in trainerContainers: {
  parent: blobs
  name: name
}]

resource trainerBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in trainerContainers: {
  scope: trainerContainer[i]
  name: guid(trainerContainer[i].id, trainerPrincipal, blobContributor)
  properties: {
    principalId: trainerPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}]

resource trainerReadContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [for name in trainerReads: {
  parent: blobs
  name: name
}]

resource trainerBlobReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in trainerReads: {
  scope: trainerReadContainer[i]
  name: guid(trainerReadContainer[i].id, trainerPrincipal, blobReader)
  properties: {
    principalId: trainerPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
  }
}]

resource trainerQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' existing = [for name in trainerQueues: {
  parent: queueService
  name: name
}]

resource trainerMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in trainerQueues: {
  scope: trainerQueue[i]
  name: guid(trainerQueue[i].id, trainerPrincipal, queueContributor)
  properties: {
    principalId: trainerPrincipal
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueContributor)
  }
}]
